/** Layers between an engine and its tables, in the order in which they are checked. */
export const layerNames = [
  'settings',
  'name',
  'connection',
  'tls',
  'clock',
  'protocol',
  'login',
  'identity',
  'configuration',
  'table',
  'credentials',
  'storage',
  'renewal',
  'commit',
] as const

export type LayerName = (typeof layerNames)[number]

/** Problem that a check of `headgate doctor` found. */
export interface Diagnosis {
  /** Stable name of the problem, for scripts, such as `tls-host-name`. */
  readonly id: string
  /**
   * `failed`: the engine cannot work, and later layers are not checked. `warning`: the engine works, but only until
   * something expires or only in part.
   */
  readonly status: 'failed' | 'warning'
  /** Observation that proves the problem. */
  readonly evidence: string
  /** Change that removes the problem, with the name of the setting in the configuration of the engine. */
  readonly remedy: string
  /** URL of a public report of the same problem. */
  readonly report?: string | undefined
}

/** Problem, with the name of the layer whose check found it. */
export interface Finding extends Diagnosis {
  readonly layer: LayerName
}

type Details = Omit<Diagnosis, 'id' | 'status'>

/** Creates a diagnosis with the status `failed`, after which no further layer is checked. */
export const failed = (id: string, details: Details): Diagnosis => ({ id, status: 'failed', ...details })

/** Creates a diagnosis with the status `warning`, after which the next layers are checked. */
export const warning = (id: string, details: Details): Diagnosis => ({ id, status: 'warning', ...details })
