/**
 * The address of who is asking: the peer's, or, behind `trustedProxies` proxies, each of which appends
 * whom it heard to `X-Forwarded-For`, the one that the outermost of them heard. What stands before it
 * in the header is only what somebody says of himself.
 */
export function clientAddress(
  peer: string | undefined,
  forwardedFor: string | undefined,
  trustedProxies: number,
): string {
  const heard = (forwardedFor ?? '').split(',').map((address) => address.trim());
  const address = trustedProxies > 0 ? heard.at(-trustedProxies) : undefined;
  return address || peer || 'unknown';
}
