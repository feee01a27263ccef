import type { Lot } from './factory.js';
import { pick, roll } from './hash.js';
import { PRODUCTS, type Product } from './texts.js';

/** The product that a family becomes. */
export function productOf(lot: Lot): Product {
  return pick(PRODUCTS, roll(lot.familyHash, 30));
}
