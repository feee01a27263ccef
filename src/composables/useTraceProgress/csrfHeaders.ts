/** The page's CSRF token, from `<meta name="csrf-token">`, as the header that servers expect. */
export function csrfHeaders(): Record<string, string> {
  if (typeof document === 'undefined') return {};
  const token = document.querySelector<HTMLMetaElement>('meta[name="csrf-token"]')?.content;
  return token ? { 'X-CSRF-Token': token } : {};
}
