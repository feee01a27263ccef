import type { ChaosTrace } from './ChaosTrace.js';
import type { ChaosRun } from './holdChaos.js';

/** What a run did, and how to do it again. */
export function tellRun({ run, trace, rules, end, verdict }: ChaosRun, again: string): string {
  const lines = [`\nrun ${run}, ${trace.name}: ${verdict.outcome}`];
  for (const { kind, text } of verdict.violations) lines.push(`  ${kind}: ${text}`);
  const { state } = end;
  if (state && 'problems' in state) lines.push(`  problems: ${JSON.stringify(state.problems)}`);
  if (state && 'error' in state && state.error) lines.push(`  error: ${String(state.error)}`);
  lines.push(`  script: ${JSON.stringify(rules)}`, `  again: ${again} --only ${run}`);
  return `${lines.join('\n')}\n`;
}

/** How large the traces are. */
export function tellTraces(traces: readonly ChaosTrace[]): string {
  return traces
    .map(({ name, domains, expected, batches, batchSize, streamBytes }) => {
      const counts = domains.map((domain) => expected.get(domain)!.length);
      const least = Math.ceil(Math.min(...counts) / batchSize);
      const rows = counts.reduce((sum, count) => sum + count, 0);
      const sizes = `${batches} batches (at least ${least} a domain), ${streamBytes} bytes`;
      return `${name}: ${domains.length} domains, ${rows} rows, ${sizes}\n`;
    })
    .join('');
}
