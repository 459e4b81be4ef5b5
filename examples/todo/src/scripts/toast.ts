// A sentence at the bottom of the page. The region is aria-live, so it is also read out.
const SHOWN_MS = 6000;

export function toast(text: string): void {
  const region = document.querySelector('[data-toasts]');
  if (!region) return;
  const box = document.createElement('div');
  box.className = 'toast';
  const words = document.createElement('span');
  words.textContent = text;
  const close = document.createElement('button');
  close.type = 'button';
  close.textContent = '×';
  close.setAttribute('aria-label', 'Dismiss');
  close.addEventListener('click', () => box.remove());
  box.append(words, close);
  region.replaceChildren(box);
  setTimeout(() => box.remove(), SHOWN_MS);
}
