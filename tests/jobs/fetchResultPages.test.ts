import { describe, expect, it } from 'vitest';
import { fetchResultPages, type FetchResultPagesOptions } from '../../src/jobs/fetchResultPages.js';
import { fakeFetch, json, rejection } from '../stream/bodies.js';

const STATUS_URL = '/api/trace/job/trace-evt-1';
const all = (count: number) => Array.from({ length: count }, (_, n) => ({ n }));
type Paging = (offset: number, limit: number) => object | Response;

/** Reads all pages of a domain from a server that answers as `paging` says. */
async function read(paging: Paging, options: FetchResultPagesOptions = {}) {
  const waits: number[] = [];
  const { fetch, calls } = fakeFetch((url) => {
    const query = new URL(url, 'https://dash.example').searchParams;
    const answer = paging(Number(query.get('offset')), Number(query.get('limit')));
    return answer instanceof Response ? answer : json({ results: { history: answer } });
  });
  const sleep = async (ms: number) => void waits.push(ms);
  const pages = [];
  const given = { limit: 4, fetch, sleep, random: () => 0, ...options };
  for await (const page of fetchResultPages(STATUS_URL, 'history', given)) pages.push(page);
  return {
    numbers: pages.flatMap(({ rows }) => rows.map(({ n }) => n)),
    problems: pages.flatMap(({ verdict }) => verdict.problems),
    notices: pages.flatMap(({ verdict }) => verdict.notices),
    urls: calls.map(({ url }) => url),
    pages,
    waits,
  };
}

const page = (offset: number, limit: number, total = 10) => {
  const data = all(total).slice(offset, offset + limit);
  return { data, count: data.length, total };
};

describe('fetchResultPages', () => {
  it('reads page after page up to the total', async () => {
    const { numbers, problems, urls, pages } = await read(page);
    expect(numbers).toEqual(all(10).map(({ n }) => n));
    expect(problems).toEqual([]);
    expect(pages.map(({ total }) => total)).toEqual([10, 10, 10]);
    expect(urls).toEqual([
      `${STATUS_URL}/result?domain=history&offset=0&limit=4`,
      `${STATUS_URL}/result?domain=history&offset=4&limit=4`,
      `${STATUS_URL}/result?domain=history&offset=8&limit=4`,
    ]);
  });

  it('asks for 5000 rows a page, and once for a domain without rows', async () => {
    const { numbers, urls } = await read((offset, limit) => page(offset, limit, 0), {
      limit: undefined,
    });
    expect(numbers).toEqual([]);
    expect(urls).toEqual([`${STATUS_URL}/result?domain=history&offset=0&limit=5000`]);
  });

  it('begins where it is told to', async () => {
    expect((await read(page, { offset: 7 })).numbers).toEqual([7, 8, 9]);
  });

  it('takes a legacy result, sent whole without a total, in one', async () => {
    const { numbers, problems, urls, pages } = await read(() => ({ data: all(10), count: 10 }));
    expect([numbers.length, problems, urls.length, pages[0]?.total]).toEqual([10, [], 1, null]);
  });

  it('takes all rows in one from a server that knows no limit', async () => {
    const { numbers, problems, urls } = await read((offset) => page(offset, 99));
    expect([numbers.length, problems, urls.length]).toEqual([10, [], 1]);
    expect((await read((offset) => page(offset, 99), { offset: 3 })).numbers).toHaveLength(7);
  });

  it('tells of a short page, takes none of it, and goes on at the place of the next one', async () => {
    const paging: Paging = (offset, limit) =>
      offset === 4 ? { data: all(1), count: 1, total: 10 } : page(offset, limit);
    const { numbers, problems } = await read(paging);
    expect(problems).toEqual([
      { kind: 'page-count', domain: 'history', offset: 4, received: 1, expected: 4 },
    ]);
    expect(numbers).toEqual([0, 1, 2, 3, 8, 9]);
  });

  it('tells of a lost first page and still reads the others', async () => {
    const paging: Paging = (offset, limit) =>
      offset === 0 ? { data: [], count: 0, total: 10 } : page(offset, limit);
    const { numbers, problems } = await read(paging);
    expect(numbers).toEqual([4, 5, 6, 7, 8, 9]);
    expect(problems).toMatchObject([{ kind: 'page-count', received: 0, expected: 4 }]);
  });

  it.each([
    ['with a total', { data: all(10), count: 10, total: 10 }],
    ['without a total', { data: all(10), count: 10 }],
  ])('takes no row twice from a server that sends all %s later on', async (_, whole) => {
    const { numbers, problems, urls } = await read((offset, limit) =>
      offset === 0 ? page(offset, limit) : whole,
    );
    expect(numbers).toEqual([0, 1, 2, 3]);
    expect(problems).toMatchObject([{ kind: 'page-count', offset: 4, received: 10 }]);
    expect(urls).toHaveLength(2);
  });

  it('takes nothing of a page that is too long, whose rows the next would repeat', async () => {
    const { numbers, problems } = await read((offset) => page(offset, 6));
    expect(numbers).toEqual([]);
    expect(problems).toMatchObject([{ kind: 'page-count', offset: 0, received: 6, expected: 4 }]);
  });

  it('takes no rows of other domains where its own is not there', async () => {
    const others = () => json({ results: { holds: page(0, 4) } });
    const { numbers, problems, urls } = await read(others);
    expect(numbers).toEqual([]);
    expect(problems).toEqual([{ kind: 'domain-missing', domain: 'history' }]);
    expect(urls).toHaveLength(1);
  });

  it('stops where the server keeps the rows of MSD', async () => {
    const kept = () => ({ data: [], count: 0, total: 10 });
    const { problems, notices, urls } = await read(kept, { profile: 'mid_section_defect' });
    expect(problems).toEqual([]);
    expect(notices).toMatchObject([{ kind: 'rows-not-offered', total: 10 }]);
    expect(urls).toHaveLength(1);
  });

  it('waits out 429 and single failures', async () => {
    const failures = [
      json({ error: 'x' }, { status: 429, headers: { 'Retry-After': '60' } }),
      json({}, { status: 502 }),
    ];
    const { numbers, waits } = await read(
      (offset, limit) => failures.shift() ?? page(offset, limit),
    );
    expect(numbers).toHaveLength(10);
    expect(waits).toEqual([60_000, 2000]);
  });

  it('passes on a refusal that stays', async () => {
    const body = { success: false, error: { code: 'JOB_RESULT_EXPIRED', message: 'gone' } };
    const error = await rejection(read(() => json(body, { status: 404 })));
    expect(error).toMatchObject({ name: 'HttpError', serverCode: 'JOB_RESULT_EXPIRED' });
  });

  it('rejects with the reason of an abort', async () => {
    const signal = AbortSignal.abort('enough');
    expect(await rejection(read(page, { signal }))).toBe('enough');
  });

  it.each([
    ['', 'history', {}],
    [STATUS_URL, '', {}],
    [STATUS_URL, 'history', { limit: 0 }],
    [STATUS_URL, 'history', { offset: -1 }],
  ])('rejects wrong arguments with a TypeError (%#)', async (url, domain, options) => {
    const first = fetchResultPages(url, domain, options).next();
    expect(await rejection(first)).toBeInstanceOf(TypeError);
  });
});
