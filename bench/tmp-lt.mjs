import { launchChromium } from './launchChromium.mjs';
import { startServer } from './startServer.mjs';
const server = await startServer();
for (let i=0;i<4;i++){
const browser = await launchChromium();
const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, locale: 'en-US' });
await page.goto(server.url);
await page.waitForSelector('form');
await page.fill('input[name=containers]', '20000');
await page.evaluate(() => { window.__lt=[]; new PerformanceObserver((l)=>{for(const e of l.getEntries()) window.__lt.push([Math.round(e.startTime),e.duration])}).observe({type:'longtask'}); document.addEventListener('submit',()=>window.__click=performance.now(),true); new MutationObserver(()=>{ if(!window.__row && document.querySelector('.vts-table__body [role=row]')) window.__row=performance.now(); }).observe(document.body,{childList:true,subtree:true}); });
await page.waitForTimeout(1500);
await page.click('button[type=submit]');
await page.waitForSelector('.vts-table__body [role=row]', { timeout: 300000 });
await page.waitForFunction(() => !document.querySelector('.vts-progress button'), undefined, { polling: 100, timeout: 300000 });
await page.waitForTimeout(500);
console.log(await page.evaluate(()=>JSON.stringify({click:Math.round(window.__click),row:Math.round(window.__row),end:Math.round(performance.now()),lt:window.__lt})));
await browser.close();
}
await server.stop();
