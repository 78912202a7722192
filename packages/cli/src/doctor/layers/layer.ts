import type { DoctorContext } from '../context.ts'
import type { Diagnosis, LayerName } from '../finding.ts'

/**
 * Layer between an engine and its tables, with a function that checks it. This function returns the problems, and
 * stores values for later layers in the context.
 */
export interface Layer {
  readonly name: LayerName
  readonly check: (context: DoctorContext) => Promise<readonly Diagnosis[]>
  /** Returns the reason why this run does not check the layer, or null if it checks the layer. */
  readonly skip?: (context: DoctorContext) => string | null
}
