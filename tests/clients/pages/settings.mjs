/** What the test that opened this page has set. */
export const settings = JSON.parse(decodeURIComponent(location.hash.slice(1)));
