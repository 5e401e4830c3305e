/** The settings of the test that opened this page. */
export const settings = JSON.parse(decodeURIComponent(location.hash.slice(1)));
