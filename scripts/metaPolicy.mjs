/**
 * A Vite plugin that writes a Content-Security-Policy into the built page, for servers that send none.
 * A dev server's page goes without: it has styles and scripts of Vite's own in it.
 * @param {string} policy
 * @returns {import('vite').Plugin}
 */
export function metaPolicy(policy) {
  return {
    name: 'meta-policy',
    apply: 'build',
    transformIndexHtml: () => [
      {
        tag: 'meta',
        attrs: { 'http-equiv': 'Content-Security-Policy', content: policy },
        // before all that it is to rule
        injectTo: 'head-prepend',
      },
    ],
  };
}
