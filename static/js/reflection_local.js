// What the autosave keeps on this machine, and how it tells whether the page has it already.

export function clock(time) {
  const at = new Date(time);
  const minutes = `${String(at.getHours()).padStart(2, "0")}:${String(at.getMinutes()).padStart(2, "0")}`;
  return at.toDateString() === new Date().toDateString() ? minutes : `${at.getMonth() + 1}月${at.getDate()}日 ${minutes}`;
}

// Of mark-up only the text: what a save cleans away is no difference.
export function bare(value) {
  const text = value.includes("<") ? new DOMParser().parseFromString(value.replace(/<\/(p|h2|h3|li)>|<br>/g, "\n"), "text/html").body.textContent : value;
  return text.replace(/\s+/g, " ").trim();
}

export const store = {
  put(key, record) {
    try {
      localStorage.setItem(key, JSON.stringify(record));
      return true;
    } catch (error) {
      return false; // full, or switched off
    }
  },
  get(key) {
    try {
      return JSON.parse(localStorage.getItem(key));
    } catch (error) {
      return null;
    }
  },
  drop(key) {
    try {
      localStorage.removeItem(key);
    } catch (error) {
      // Nothing was kept there.
    }
  },
  keys(prefix) {
    try {
      return Object.keys(localStorage).filter((key) => key.startsWith(prefix));
    } catch (error) {
      return [];
    }
  },
};
