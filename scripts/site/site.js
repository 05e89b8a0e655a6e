// At a first visit the groups of the menu that a newcomer wants are open.
for (const group of ["First steps", "Guides"]) {
  const key = `tsd-accordion-${group}`;
  try {
    if (localStorage.getItem(key) === null) localStorage.setItem(key, "true");
  } catch {
    // Without storage the menu stays closed.
  }
}
