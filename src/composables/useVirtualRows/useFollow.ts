import { watch, type Ref } from 'vue';

export interface UseFollowReturn {
  /** The end is to be kept in view. */
  isFollowing(): boolean;
  /** To be told of every move that the user or the page made. */
  moved(atEnd: boolean): void;
}

/**
 * Follow mode as in a terminal: scrolling away from the end switches it off, coming back to the end
 * switches it on again; what was switched off by anybody else stays off.
 */
export function useFollow(follow: Ref<boolean | undefined>, showEnd: () => void): UseFollowReturn {
  let paused = false;

  watch(follow, (on) => {
    // Undefined: there is nothing to follow any more, and nothing to come back to.
    if (on !== false) paused = false;
    if (on) showEnd();
  });

  return {
    isFollowing: () => follow.value === true && !paused,
    moved(atEnd) {
      if (!atEnd && follow.value) {
        paused = true;
        follow.value = false;
      } else if (atEnd && paused) {
        paused = false;
        follow.value = true;
      }
    },
  };
}
