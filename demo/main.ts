import { createPinia } from 'pinia';
import { createApp } from 'vue';
import App from './App.vue';
import './demo.css';

if (__BACKEND_IN_PAGE__) {
  const { startBackendInPage } = await import('./startBackendInPage.js');
  await startBackendInPage();
}
createApp(App).use(createPinia()).mount('#app');
