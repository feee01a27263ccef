import {
  computed,
  inject,
  toValue,
  type ComputedRef,
  type InjectionKey,
  type MaybeRefOrGetter,
} from 'vue';
import { en } from './en.js';
import type { TraceMessages } from './TraceMessages.js';
import { zhTW } from './zh-TW.js';

/** The languages that come with the library. */
export type TraceLocale = 'zh-TW' | 'en';

/** Provide a language, or texts of your own, for all components below. */
export const traceMessagesKey: InjectionKey<MaybeRefOrGetter<TraceLocale | TraceMessages>> = Symbol(
  'vue-trace-stream messages',
);

/**
 * The texts to show: of the `locale` given, else of what is provided under `traceMessagesKey`,
 * else of the document's or the browser's language, else English.
 */
export function useTraceMessages(
  locale: MaybeRefOrGetter<TraceLocale | undefined>,
): ComputedRef<TraceMessages> {
  const provided = inject(traceMessagesKey, undefined);
  return computed(() => {
    const chosen = toValue(locale) ?? toValue(provided) ?? localeOfPage();
    if (typeof chosen !== 'string') return chosen;
    return chosen === 'zh-TW' ? zhTW : en;
  });
}

function localeOfPage(): TraceLocale {
  if (typeof document === 'undefined') return 'en';
  const language = document.documentElement.lang || navigator.language;
  return /^zh\b/i.test(language) ? 'zh-TW' : 'en';
}
