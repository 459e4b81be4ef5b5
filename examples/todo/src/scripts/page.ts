// What every page does once a script runs: the switch between light and dark, and buttons that show they are working.

const root = document.documentElement;

function isDark(): boolean {
  const chosen = root.dataset['theme'];
  return chosen ? chosen === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
}

for (const toggle of document.querySelectorAll<HTMLButtonElement>('[data-theme-toggle]')) {
  toggle.hidden = false;
  toggle.addEventListener('click', () => {
    const theme = isDark() ? 'light' : 'dark';
    root.dataset['theme'] = theme;
    localStorage.setItem('theme', theme);
  });
}

for (const form of document.querySelectorAll<HTMLFormElement>('form[data-account]')) {
  form.addEventListener('submit', () => form.querySelector('.button')?.toggleAttribute('data-busy', true));
}
for (const link of document.querySelectorAll('[data-busy-on-click]')) {
  link.addEventListener('click', () => link.toggleAttribute('data-busy', true));
}
// Coming back to a page the browser had put aside: whatever was going on then is over.
addEventListener('pageshow', () => {
  for (const busy of document.querySelectorAll('.button[data-busy]')) busy.removeAttribute('data-busy');
});
