/** What a page on another origin gets: the answer, or "TypeError" where the browser hides it. */
window.request = async (url, init) => {
  try {
    const response = await fetch(url, init);
    return { status: response.status, answer: await response.json() };
  } catch ({ name }) {
    return { failed: name };
  }
};
