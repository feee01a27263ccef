import {
  clampOffset,
  offsetAfterScroll,
  scrollTopAt,
  type ScrollAnchor,
  type ScrollScale,
} from './scrollScale.js';

/**
 * Where the rows stand and where the scroller stands. The offset leads: a swipe moves it 1:1 while
 * `scrollTop` drifts from its proportional place, until `writeTo` puts that right.
 */
export class ScrollPlace {
  /** The end of the rows is in view. */
  atEnd = true;
  /** `scrollTop` as it was last seen. */
  private scrollTop = 0;
  private anchor: ScrollAnchor | null = null;

  /** @param offset px from the top of row 0 to the top of the viewport; kept current */
  constructor(private readonly offset: { value: number }) {}

  /** Nothing has been scrolled: both are 0 in every scale, and the browser need not be asked. */
  get isAtTop(): boolean {
    return this.offset.value === 0 && this.scrollTop === 0;
  }

  moveTo(offset: number, scale: ScrollScale): void {
    this.offset.value = clampOffset(scale, offset);
    this.atEnd = this.offset.value >= scale.maxOffset - 1;
  }

  /** Keeps the place, or the end, in another scale. */
  rescale(scale: ScrollScale, toEnd: boolean): void {
    this.moveTo(toEnd ? scale.maxOffset : this.offset.value, scale);
    this.moveAnchor();
  }

  /** Moves the rows together with what the user does. */
  shiftBy(distance: number, scale: ScrollScale): void {
    this.moveTo(this.offset.value + distance, scale);
    this.moveAnchor();
  }

  /** Takes over what the browser scrolled; false where it did not. */
  readFrom(scroller: HTMLElement, scale: ScrollScale): boolean {
    // A hidden element (display: none) has lost its scrollTop; the rows keep their place.
    if (scroller.clientHeight === 0 || scale.viewportHeight <= 0) return false;
    const from = this.scrollTop;
    const to = scroller.scrollTop;
    if (to === from) return false;
    this.scrollTop = to;
    const { anchor } = this;
    this.moveTo(offsetAfterScroll(scale, { offset: this.offset.value, from, to, anchor }), scale);
    if (anchor && Math.abs(to - from) <= scale.smallStep) this.dropAnchor();
    return true;
  }

  /** Puts `scrollTop` where the offset belongs. */
  writeTo(scroller: HTMLElement, scale: ScrollScale): void {
    if (scale.viewportHeight <= 0) return;
    const target = scrollTopAt(scale, this.offset.value);
    if (Math.abs(scroller.scrollTop - target) >= 0.5) scroller.scrollTop = target;
    this.acknowledge(scroller);
  }

  /**
   * Puts `scrollTop` right where nothing moves or is held. Unscaled, at any time: only a shift or a
   * shorter table parts it from the offset, and the next scroll would take that back.
   */
  settle(scroller: HTMLElement, scale: ScrollScale, moves: boolean): void {
    if (moves && scale.scaled) this.acknowledge(scroller);
    else this.writeTo(scroller, scale);
  }

  /** Takes `scrollTop` for known, so that it moves no rows. */
  private acknowledge(scroller: HTMLElement): void {
    if (scroller.clientHeight > 0) this.scrollTop = scroller.scrollTop;
  }

  /** From here on the thumb is dragged: the place where it is now must not jump. */
  dropAnchor(): void {
    this.anchor = { scrollTop: this.scrollTop, offset: this.offset.value };
  }

  /** As `dropAnchor`, for a thumb that is dragged while the scale changes. */
  private moveAnchor(): void {
    if (this.anchor) this.dropAnchor();
  }

  weighAnchor(): void {
    this.anchor = null;
  }
}
