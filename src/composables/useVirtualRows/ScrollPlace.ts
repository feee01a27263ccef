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

  moveTo(offset: number, scale: ScrollScale): void {
    this.offset.value = clampOffset(scale, offset);
    this.atEnd = this.offset.value >= scale.maxOffset - 1;
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

  /** Takes `scrollTop` for known, so that it moves no rows. */
  acknowledge(scroller: HTMLElement): void {
    if (scroller.clientHeight > 0) this.scrollTop = scroller.scrollTop;
  }

  /** From here on the thumb is dragged: the place where it is now must not jump. */
  dropAnchor(): void {
    this.anchor = { scrollTop: this.scrollTop, offset: this.offset.value };
  }

  /** As `dropAnchor`, for a thumb that is dragged while the scale changes. */
  moveAnchor(): void {
    if (this.anchor) this.dropAnchor();
  }

  weighAnchor(): void {
    this.anchor = null;
  }
}
