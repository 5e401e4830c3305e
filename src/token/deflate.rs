//! Compressing a token: zlib (RFC 1950) around one block of fixed Huffman codes (RFC 1951 §3.2.6),
//! which is what zlib itself makes of tokens, in the same few bytes.
//!
//! A general compressor takes hundreds of kilobytes of tables, allocated and cleared for every 150
//! bytes of token: thirty times what the signature costs. This one takes a kilobyte.

/// Deflate's window, and its bounds of a match.
const WINDOW: usize = 32 * 1024;
const MIN_MATCH: usize = 3;
const MAX_MATCH: usize = 258;

const END_OF_BLOCK: usize = 256;
const HASH_BITS: u32 = 9;

/// `bytes` as a zlib stream. The time it takes grows linearly with their number.
pub(super) fn zlib(bytes: &[u8]) -> Vec<u8> {
    let mut out = Bits::new(bytes.len());
    // The last block, of fixed codes.
    out.push(0b011, 3);
    // The last place, plus one, where three bytes of this hash stood.
    let mut places = [0_u16; 1 << HASH_BITS];
    let mut at = 0;
    while at < bytes.len() {
        let earlier = remember(&mut places, bytes, at);
        match earlier.map(|earlier| (at - earlier, alike(bytes, earlier, at))) {
            Some((distance, length)) if length >= MIN_MATCH && distance <= WINDOW => {
                out.copy(length, distance);
                for skipped in at + 1..at + length {
                    remember(&mut places, bytes, skipped);
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

/// Where the three bytes at `at` may have stood last, and from now on stand.
fn remember(places: &mut [u16; 1 << HASH_BITS], bytes: &[u8], at: usize) -> Option<usize> {
    let three = bytes.get(at..)?.first_chunk::<MIN_MATCH>()?;
    let [a, b, c] = three.map(u32::from);
    let hash = (a | b << 8 | c << 16).wrapping_mul(0x9E37_79B1) >> (u32::BITS - HASH_BITS);
    let place = &mut places[usize::try_from(hash).ok()?];
    // A place that 16 bits do not hold is not remembered: beyond 64 KiB nothing is shortened.
    let here = u16::try_from(at + 1).unwrap_or(0);
    usize::from(std::mem::replace(place, here)).checked_sub(1)
}

/// For how many bytes the text at `earlier` goes on as the one at `at`.
fn alike(bytes: &[u8], earlier: usize, at: usize) -> usize {
    bytes[at..].iter().zip(&bytes[earlier..]).take(MAX_MATCH).take_while(|(one, other)| one == other).count()
}

/// Bits, from the lowest on, into bytes.
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

    /// A match. Lengths and distances share codes by their highest bits; the rest follows as it is.
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

/// The fixed codes of literals and lengths, their bits reversed as they are written, and how many
/// bits each has (RFC 1951 §3.2.6).
static CODES: [(u16, u8); 288] = codes();

const fn codes() -> [(u16, u8); 288] {
    let mut codes = [(0, 0); 288];
    // First symbol, one behind the last, first code, bits.
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
