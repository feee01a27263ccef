import { expect, it } from 'vitest';
import { clientAddress } from '../../mocks/http/clientAddress.js';

const FORGED = '1.1.1.1, 10.0.0.7, 10.0.0.1';

it('is the peer where no proxy is trusted, whatever the header says', () => {
  expect(clientAddress('10.0.0.9', FORGED, 0)).toBe('10.0.0.9');
});

it('is what the outermost trusted proxy heard, never what stands before it', () => {
  expect(clientAddress('10.0.0.9', FORGED, 1)).toBe('10.0.0.1');
  expect(clientAddress('10.0.0.9', FORGED, 2)).toBe('10.0.0.7');
});

it('is the peer where a trusted proxy says nothing', () => {
  expect(clientAddress('10.0.0.9', undefined, 1)).toBe('10.0.0.9');
  expect(clientAddress('10.0.0.9', '10.0.0.1', 2)).toBe('10.0.0.9');
  expect(clientAddress(undefined, '', 1)).toBe('unknown');
});
