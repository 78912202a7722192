import type { Layer } from './layer.ts'

/** Reports the problems that the reader found in the configuration. */
export const settingsLayer: Layer = {
  name: 'settings',
  check: async ({ settings, traits, fact }) => {
    fact(
      `${traits.label} uses the catalog ${settings.uri}${settings.warehouse === undefined ? '' : `, warehouse ${settings.warehouse}`}, from ${settings.source}`,
    )
    return settings.problems
  },
}
