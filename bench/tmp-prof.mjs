import { launchChromium } from './launchChromium.mjs';
import { startServer } from './startServer.mjs';
const server = await startServer();
const browser = await launchChromium();
const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, locale: 'en-US' });
await page.goto(server.url);
await page.waitForSelector('form');
await page.fill('input[name=containers]', '20000');
await page.evaluate(() => { window.__lt=[]; new PerformanceObserver((l)=>{for(const e of l.getEntries()) window.__lt.push([e.startTime,e.duration])}).observe({type:'longtask'}); });
await page.waitForTimeout(1500);
const client = await page.context().newCDPSession(page);
await client.send('Profiler.enable'); await client.send('Profiler.setSamplingInterval',{interval:250}); await client.send('Profiler.start');
await page.click('button[type=submit]');
await page.waitForSelector('.vts-table__body [role=row]', { timeout: 300000 });
await page.waitForFunction(() => !document.querySelector('.vts-progress button'), undefined, { polling: 100, timeout: 300000 });
await page.waitForTimeout(500);
const { profile } = await client.send('Profiler.stop');
console.log(await page.evaluate(()=>window.__lt));
// find bursts: total inclusive by function
const byId = new Map(profile.nodes.map(n=>[n.id,n])); const parent=new Map(); for(const n of profile.nodes) for(const c of n.children??[]) parent.set(c,n.id);
// segments: contiguous non-idle samples
let t=profile.startTime; const segs=[]; let cur=null;
profile.samples.forEach((id,i)=>{ t+=profile.timeDeltas[i]; const n=byId.get(id).callFrame.functionName; if(n==='(idle)'||n==='(program)'&&false){cur=null;} else { if(!cur){cur={start:t,samples:[]};segs.push(cur);} cur.end=t; cur.samples.push([id,profile.timeDeltas[i]]);} });
for(const s of segs.sort((a,b)=>(b.end-b.start)-(a.end-a.start)).slice(0,3)){ console.log('--- segment',((s.end-s.start)/1000).toFixed(0),'ms at',((s.start-profile.startTime)/1e6).toFixed(2)); const incl=new Map(); const self=new Map(); for(const [id,d] of s.samples){ const f=byId.get(id).callFrame; const k=f.functionName+' '+f.url.split('/').pop()+':'+f.lineNumber; self.set(k,(self.get(k)??0)+d); const seen=new Set(); for(let x=id;x!==undefined;x=parent.get(x)){const g=byId.get(x).callFrame; const kk=g.functionName+':'+g.lineNumber; if(!seen.has(kk)){seen.add(kk); incl.set(kk,(incl.get(kk)??0)+d);} } } console.log('self',[...self].sort((a,b)=>b[1]-a[1]).slice(0,18).map(([k,v])=>k+' '+(v/1000).toFixed(1)).join('\n     ')); console.log('incl',[...incl].sort((a,b)=>b[1]-a[1]).slice(0,45).map(([k,v])=>k+' '+(v/1000).toFixed(1)).join('\n     ')); }
await browser.close(); await server.stop();
