import { isAuthError } from '@headgate/auth'
import { failed, type Diagnosis, type Finding, type LayerName } from './finding.ts'
import { describeError } from './http/describe-error.ts'
import type { DoctorContext } from './context.ts'
import type { Layer } from './layers/layer.ts'

/** Result of the check of one layer. */
export interface LayerResult {
  readonly layer: LayerName
  readonly status: 'passed' | 'warning' | 'failed' | 'skipped' | 'not-reached'
  /** Reason why the layer was skipped. */
  readonly reason?: string
  /** Observations of the check, without secrets. */
  readonly facts: readonly string[]
  readonly findings: readonly Finding[]
  readonly ms: number
}

/** Context that all layers share. It lacks the function `fact`, which records observations of one layer. */
export type SharedContext = Omit<DoctorContext, 'fact'>

/**
 * Checks layers in order, and stops after the first layer that fails.
 *
 * @param onLayer called before each layer is checked
 */
export async function runLayers(
  layers: readonly Layer[],
  shared: SharedContext,
  onLayer: (layer: LayerName) => void,
): Promise<readonly LayerResult[]> {
  const results: LayerResult[] = []
  for (const layer of layers) {
    const isOver = results.some(({ status }) => status === 'failed')
    if (!isOver) onLayer(layer.name)
    results.push(
      isOver
        ? { layer: layer.name, status: 'not-reached', facts: [], findings: [], ms: 0 }
        : await runLayer(layer, shared),
    )
  }
  return results
}

async function runLayer(layer: Layer, shared: SharedContext): Promise<LayerResult> {
  const started = performance.now()
  const facts: string[] = []
  const context = { ...shared, fact: (text: string): void => void facts.push(shared.redactor.redact(text)) }
  const reason = layer.skip?.(context) ?? null
  const base = { layer: layer.name, facts }
  if (reason !== null) return { ...base, status: 'skipped', reason, findings: [], ms: 0 }
  const found = await check(layer, context)
  const findings = found.map((diagnosis) => toFinding(layer.name, diagnosis, shared))
  const status = findings.some((finding) => finding.status === 'failed')
    ? 'failed'
    : findings.length > 0
      ? 'warning'
      : 'passed'
  return { ...base, status, findings, ms: Math.round(performance.now() - started) }
}

async function check(layer: Layer, context: DoctorContext): Promise<readonly Diagnosis[]> {
  try {
    return await layer.check(context)
  } catch (error) {
    // The command was interrupted or has reached its time limit, which ends the checks.
    if (context.signal.aborted) return [outOfTime(context)]
    return [unexpected(context, error)]
  }
}

function outOfTime({ signal }: DoctorContext): Diagnosis {
  const reason: unknown = signal.reason
  const isLimit = reason instanceof Error && reason.name === 'TimeoutError'
  return failed(isLimit ? 'time-limit' : 'interrupted', {
    evidence: isLimit ? 'The checks did not end within --total-timeout.' : 'The checks were interrupted.',
    remedy:
      'Run the command again with a longer --total-timeout. A layer that takes long is slow for engines too.',
  })
}

/**
 * Returns the diagnosis for an error that the check of a layer does not handle, such as a failed connection after
 * earlier requests succeeded.
 */
function unexpected({ settings }: DoctorContext, error: unknown): Diagnosis {
  const evidence = describeError(error)
  if (isAuthError(error)) {
    return failed('login-failed', {
      evidence,
      remedy: `Check ${error.property ?? settings.names.credential}.`,
    })
  }
  return failed('request-failed', {
    evidence,
    remedy:
      'Run the command again. If it fails at the same place, read the log of the server that is named here.',
  })
}

function toFinding(layer: LayerName, diagnosis: Diagnosis, { redactor }: SharedContext): Finding {
  return {
    ...diagnosis,
    layer,
    evidence: redactor.redact(diagnosis.evidence),
    remedy: redactor.redact(diagnosis.remedy),
  }
}
