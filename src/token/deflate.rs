//! Compresses a token: zlib (RFC 1950) around one block of fixed Huffman codes (RFC 1951 §3.2.6).
//! zlib chooses the same block type for tokens, and the output is as short.
//!
//! A general compressor allocates and clears hundreds of kilobytes of tables for 150 bytes of token,
//! which costs thirty times as much as the signature. This one needs one kilobyte.

/// The window of deflate, and its bounds for a match.
const WINDOW: usize = 32 * 1024;
const MIN_MATCH: usize = 3;
const MAX_MATCH: usize = 258;

const END_OF_BLOCK: usize = 256;
const HASH_BITS: u32 = 9;

/// Compresses `bytes` into a zlib stream, in linear time.
pub(super) fn zlib(bytes: &[u8]) -> Vec<u8> {
    let mut out = Bits::new(bytes.len());
    // BFINAL = 1, BTYPE = 01: the last block, with fixed codes.
    out.push(0b011, 3);
    // The last position, plus one, of three bytes with this hash.
    let mut positions = [0_u16; 1 << HASH_BITS];
    let mut at = 0;
    while at < bytes.len() {
        let earlier = record(&mut positions, bytes, at);
        match earlier.map(|earlier| (at - earlier, match_length(bytes, earlier, at))) {
            Some((distance, length)) if length >= MIN_MATCH && distance <= WINDOW => {
                out.copy(length, distance);
                for skipped in at + 1..at + length {
                    record(&mut positions, bytes, skipped);
                }
                at += length;
            }
            _ => {
                out.symbol(usize::from(bytes[at]));
                at += 1;
            }
        }
    }
    out.symbol(END_OF_BLOCK);
    let mut stream = out.finish();
    stream.extend_from_slice(&adler2::adler32_slice(bytes).to_be_bytes());
    stream
}

/// Records the position of the three bytes at `at`. Returns the last position that had their hash.
fn record(positions: &mut [u16; 1 << HASH_BITS], bytes: &[u8], at: usize) -> Option<usize> {
    let [a, b, c] = *bytes.get(at..)?.first_chunk::<MIN_MATCH>()?;
    let hash = u32::from_le_bytes([a, b, c, 0]).wrapping_mul(0x9E37_79B1) >> (u32::BITS - HASH_BITS);
    let position = &mut positions[usize::try_from(hash).ok()?];
    // A position above 16 bits is not recorded: matches start in the first 64 KiB only.
    let here = u16::try_from(at + 1).unwrap_or(0);
    usize::from(std::mem::replace(position, here)).checked_sub(1)
}

/// The number of equal bytes at `earlier` and at `at`, up to the longest match.
fn match_length(bytes: &[u8], earlier: usize, at: usize) -> usize {
    bytes[at..].iter().zip(&bytes[earlier..]).take(MAX_MATCH).take_while(|(one, other)| one == other).count()
}

/// Writes bits into bytes, from the lowest bit.
struct Bits {
    out: Vec<u8>,
    held: u64,
    count: u32,
}

impl Bits {
    fn new(bytes: usize) -> Self {
        let mut out = Vec::with_capacity(bytes + bytes / 8 + 16);
        // Deflate with a 32 KiB window, and "default" compression (RFC 1950 §2.2).
        out.extend_from_slice(&[0x78, 0x9C]);
        Self { out, held: 0, count: 0 }
    }

    fn push(&mut self, bits: u32, count: u32) {
        self.held |= u64::from(bits) << self.count;
        self.count += count;
        if self.count >= u32::BITS {
            let [a, b, c, d, ..] = self.held.to_le_bytes();
            self.out.extend_from_slice(&[a, b, c, d]);
            self.held >>= u32::BITS;
            self.count -= u32::BITS;
        }
    }

    fn symbol(&mut self, symbol: usize) {
        let (code, length) = CODES[symbol];
        self.push(u32::from(code), u32::from(length));
    }

    /// Writes a match. The highest bits of length and distance choose their codes; the other bits
    /// follow unchanged.
    fn copy(&mut self, length: usize, distance: usize) {
        let number = |number: usize| u32::try_from(number).expect("at most 32 KiB");
        let over = number(length - MIN_MATCH);
        if length == MAX_MATCH {
            self.symbol(285);
        } else if over < 8 {
            self.symbol(254 + length);
        } else {
            let extra = over.ilog2() - 2;
            let code = 261 + 4 * extra + (over >> extra & 3);
            self.symbol(usize::try_from(code).expect("at most 284"));
            self.push(over & ((1 << extra) - 1), extra);
        }
        let over = number(distance - 1);
        if over < 4 {
            self.push(over.reverse_bits() >> 27, 5);
        } else {
            let extra = over.ilog2() - 1;
            let code = 2 * extra + 2 + (over >> extra & 1);
            self.push(code.reverse_bits() >> 27, 5);
            self.push(over & ((1 << extra) - 1), extra);
        }
    }

    fn finish(mut self) -> Vec<u8> {
        let whole = usize::try_from(self.count.div_ceil(8)).expect("at most 4");
        self.out.extend_from_slice(&self.held.to_le_bytes()[..whole]);
        self.out
    }
}

/// The fixed codes of literals and lengths (RFC 1951 §3.2.6) with their numbers of bits. The bits are
/// reversed, as they are written.
static CODES: [(u16, u8); 288] = codes();

const fn codes() -> [(u16, u8); 288] {
    let mut codes = [(0, 0); 288];
    // First symbol, end of the range, first code, number of bits.
    let ranges: [(usize, usize, u16, u8); 4] =
        [(0, 144, 0x30, 8), (144, 256, 0x190, 9), (256, 280, 0, 7), (280, 288, 0xC0, 8)];
    let mut range = 0;
    while range < ranges.len() {
        let (first, end, mut code, bits) = ranges[range];
        let mut symbol = first;
        while symbol < end {
            let unused = match bits {
                7 => 9,
                8 => 8,
                _ => 7,
            };
            codes[symbol] = (code.reverse_bits() >> unused, bits);
            code += 1;
            symbol += 1;
        }
        range += 1;
    }
    codes
}
