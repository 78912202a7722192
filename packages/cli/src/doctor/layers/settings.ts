import type { Layer } from './layer.ts'

/** Layer that reports the problems in the configuration of the engine. */
export const settingsLayer: Layer = {
  name: 'settings',
  check: async ({ settings, traits, fact }) => {
    fact(
      `${traits.label} uses the catalog ${settings.uri}${settings.warehouse === undefined ? '' : `, warehouse ${settings.warehouse}`}, from ${settings.source}`,
    )
    return settings.problems
  },
}
