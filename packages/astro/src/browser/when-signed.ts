// The element in which prerendered pages keep what only people who are signed in, or out, are shown.
import { type BrowserSession, watchSession } from './session.ts';

class WhenSigned extends HTMLElement {
  #stop: (() => void) | undefined;

  connectedCallback(): void {
    this.#stop = watchSession((session) => this.#show(session));
  }

  disconnectedCallback(): void {
    this.#stop?.();
  }

  #show(session: BrowserSession): void {
    const wanted = this.dataset['signed'] === 'in';
    this.hidden = session === undefined || (session !== null) !== wanted;
    for (const slot of session ? this.querySelectorAll<HTMLElement>('[data-user]') : []) {
      const field = slot.dataset['user'];
      if (session && (field === 'name' || field === 'email')) slot.textContent = session[field];
    }
  }
}

if (!customElements.get('astrolabe-when')) customElements.define('astrolabe-when', WhenSigned);
