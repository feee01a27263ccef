import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packJob, unpackJob } from '../../mocks/jobs/packJob.js';
import type { EventsJob } from '../../mocks/ports.js';

const hexId = fc.stringMatching(/^[0-9a-f]{16}$/);
const oddId = fc.oneof(
  fc.constantFrom('a"b', "it's", 'x\\', '測試', '\ud800', '__proto__', '[1]', ' ', 'a b', '\n'),
  fc.string({ minLength: 1, maxLength: 20, unit: 'binary' }),
);

function jobOf(id: fc.Arbitrary<string>): fc.Arbitrary<EventsJob> {
  const ids = fc.array(id, { maxLength: 12 });
  const pairs = <T>(value: fc.Arbitrary<T>) =>
    fc
      .array(fc.tuple(id, value), { maxLength: 8 })
      .map((entries): Record<string, T> => Object.fromEntries(entries));
  return fc.record({
    jobId: fc.constant('trace-evt-1'),
    profile: fc.constant('mid_section_defect' as const),
    domains: fc.constant(['materials' as const]),
    params: fc.record({ station: fc.constantFrom('測試', 'A') }),
    containerIds: ids,
    seedContainerIds: ids,
    ancestors: pairs(ids),
    seedRoots: pairs(fc.constantFrom('WF-1', 'WF-2', '晶圓', '')),
  });
}

/** As a queue does it. */
const sent = (job: EventsJob) => JSON.stringify(packJob(job));

describe('a packed job', () => {
  it.each([
    ['of ids of one length', jobOf(hexId)],
    ['of any ids', jobOf(fc.oneof(hexId, oddId))],
  ])('%s is the same job again, as often as its lineage is read', (_, jobs) => {
    fc.assert(
      fc.property(jobs, (job) => {
        const { ancestors, seedRoots, ...rest } = unpackJob(JSON.parse(sent(job)));
        for (let read = 0; read < 2; read++) {
          expect({
            ...rest,
            ancestors: [...(ancestors as Iterable<[string, string[]]>)],
            seedRoots: [...(seedRoots as Iterable<[string, string]>)],
          }).toEqual({
            ...job,
            ancestors: Object.entries(job.ancestors),
            seedRoots: Object.entries(job.seedRoots),
          });
        }
      }),
      { numRuns: 300 },
    );
  });

  it('is ASCII, whatever the job names', () => {
    fc.assert(
      fc.property(jobOf(oddId), (job) => {
        expect(sent(job)).toMatch(/^[\0-\x7f]*$/);
      }),
    );
  });

  it('of 20,000 containers and their lineage is less than half of its JSON', () => {
    const containerIds = Array.from({ length: 20_000 }, (_, i) => i.toString(16).padStart(16, 'f'));
    const seedContainerIds = containerIds.slice(0, 8_000);
    const job: EventsJob = {
      ...{ jobId: 'j', profile: 'mid_section_defect', domains: ['materials'], params: {} },
      ...{ containerIds, seedContainerIds },
      ancestors: Object.fromEntries(
        seedContainerIds.map((id, i) => [id, containerIds.slice(8_000 + i, 8_005 + i)]),
      ),
      seedRoots: Object.fromEntries(seedContainerIds.map((id, i) => [id, `WF-${i >> 3}`])),
    };
    expect(sent(job).length).toBeLessThan(JSON.stringify(job).length / 2);
    expect(unpackJob(packJob(job)).containerIds).toEqual(containerIds);
  });
});
