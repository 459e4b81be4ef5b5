// What a page of another origin does in a browser: the scenario, a session in localStorage, and a component that Vue draws.
import { createClient, isAstrolabeError, tokenAccounts, webStorage } from '@astrolabe/client';
import { astrolabe, useClient, useQuery, useUser } from '@astrolabe/client/vue';
import { createApp, h } from 'vue';
import { scenario } from './scenario.mjs';

const Todos = {
  setup() {
    const client = useClient();
    const user = useUser(client);
    const { data } = useQuery((signal) => client.class('Todo').find({ where: { title: 'drawn' }, signal }));
    return () => h('p', `${user.value?.username}: ${data.value?.map(({ title }) => title)}`);
  },
};

async function report({ url, appId, restKey }) {
  const seen = await scenario({ url, appId, restKey, name: 'browser' });
  const open = () => createClient({ url, appId, restKey, accounts: tokenAccounts(webStorage()) });
  await open().users.signUp({ username: 'stored', password: 'secret' });
  const client = open();
  await client.class('Todo').create({ title: 'drawn' });
  createApp(Todos).use(astrolabe(client)).mount('#app');
  const drawn = await new Promise((resolve) => {
    const text = () => document.querySelector('#app').textContent;
    const observer = new MutationObserver(() => text() === 'stored: drawn' && (observer.disconnect(), resolve(text())));
    observer.observe(document.querySelector('#app'), { childList: true, subtree: true, characterData: true });
  });
  const error = await client.class('Todo').get('nobody').catch((error) => error);
  return { seen, drawn, isError: isAstrolabeError(error, 'object_not_found'), stored: Object.keys(localStorage) };
}

const input = await (await fetch('/input')).json();
const result = await report(input).catch((error) => ({ error: `${error} ${error.stack}` }));
await fetch('/result', { method: 'POST', body: JSON.stringify(result) });
