// Light or dark: as the system has it, until somebody turns it.

export function startTheme() {
  setTheme(localStorage.getItem("cg-theme"));
}

function setTheme(theme) {
  if (theme) document.documentElement.dataset.theme = theme;
}

export function turnTheme() {
  const isDark = getComputedStyle(document.documentElement).colorScheme === "dark" ||
    (!document.documentElement.dataset.theme && matchMedia("(prefers-color-scheme: dark)").matches);
  const theme = isDark ? "light" : "dark";
  localStorage.setItem("cg-theme", theme);
  setTheme(theme);
}
