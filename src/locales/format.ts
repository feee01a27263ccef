/** Number formats of one language; made once, because making them is slow. */
export function createFormats(tag: string) {
  const integerFormat = new Intl.NumberFormat(tag, { maximumFractionDigits: 0 });
  const megabyteFormat = new Intl.NumberFormat(tag, {
    minimumFractionDigits: 1,
    maximumFractionDigits: 1,
  });
  return {
    integer: (value: number) => integerFormat.format(value),
    megabytes: (bytes: number) => `${megabyteFormat.format(bytes / 1e6)} MB`,
  };
}

/** A duration in whole seconds, split for people. */
export function splitDuration(ms: number): { hours: number; minutes: number; seconds: number } {
  const total = Math.max(0, Math.round(ms / 1000));
  return {
    hours: Math.floor(total / 3600),
    minutes: Math.floor((total % 3600) / 60),
    seconds: total % 60,
  };
}
