"use strict";
const filters = document.getElementById("filters");
const shown = document.getElementById("shown");
const openAll = document.getElementById("open-all");
if (filters) {
  const menus = [...filters.querySelectorAll("select")];
  const cards = [...document.querySelectorAll("details.card")];
  const total = document.querySelectorAll("details.card tbody tr").length;
  const fits = row => menus.every(menu => !menu.value || row.dataset[menu.dataset.filter] === menu.value);
  const update = () => {
    let rows = 0, reports = 0;
    for (const card of cards) {
      let here = 0;
      for (const row of card.querySelectorAll("tbody tr")) {
        row.hidden = !fits(row);
        here += !row.hidden;
      }
      card.hidden = here === 0;
      rows += here;
      reports += here > 0;
    }
    shown.textContent = `${rows} of ${total} wrong slots, in ${reports} report${reports === 1 ? "" : "s"}`;
  };
  menus.forEach(menu => menu.addEventListener("change", update));
  openAll.addEventListener("click", () => {
    const open = cards.some(card => !card.hidden && !card.open);
    cards.forEach(card => { card.open = open; });
    openAll.textContent = open ? "Close all reports" : "Open all reports";
  });
  filters.hidden = false;
  update();
}
