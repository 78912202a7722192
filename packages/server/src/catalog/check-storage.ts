import { isHeadgateError } from '@headgate/errors'
import type { EndpointGuard } from '../storage/endpoint-guard.ts'
import type { S3StorageProfile, StorageProfile } from '../storage/storage-profile.ts'
import { checkEndpoint, endpointOf } from './check-endpoint.ts'
import type { Finding } from './finding.ts'
import { type Probe, probeOf, type ProbeStep, reasonOf } from './probe-storage.ts'
import type { OpenedStorage } from './warehouses.ts'

/** What a key must be allowed, by what is tried. */
const actions = {
  write: 's3:PutObject',
  read: 's3:GetObject',
  list: 's3:ListBucket',
  delete: 's3:DeleteObject',
} as const

/**
 * Tries out everything that a warehouse needs of its storage, and says of each what to change. Nothing is thrown for
 * what does not work. A step that needs an earlier one is left out when that failed.
 */
export async function checkStorage(
  opened: Pick<OpenedStorage, 'storage' | 'root'>,
  profile: StorageProfile,
  signal: AbortSignal,
  guard?: EndpointGuard,
): Promise<Finding[]> {
  const findings = profile.type === 's3' ? await endpointFindings(profile, signal, guard) : []
  if (findings.some(({ name, ok }) => name === 'endpoint' && !ok)) return findings
  const probe = probeOf(opened, signal)
  let gone = false
  try {
    for (const step of probe.steps) {
      const finding = await tried(step, probe, opened.root, profile)
      signal.throwIfAborted()
      findings.push(finding)
      if (step.name === 'write' && !finding.ok) break
    }
    gone = findings.every(({ ok }) => ok)
  } finally {
    if (!gone) await probe.cleanUp()
  }
  return findings
}

/** AWS's own endpoints are not checked: no request sets them, and private networks may resolve them themselves. */
function endpointFindings(
  profile: S3StorageProfile,
  signal: AbortSignal,
  guard: EndpointGuard | undefined,
): Promise<Finding[]> {
  return checkEndpoint(
    'endpoint',
    endpointOf(profile),
    signal,
    profile.endpoint === undefined ? undefined : guard,
  )
}

async function tried(step: ProbeStep, probe: Probe, root: string, profile: StorageProfile): Promise<Finding> {
  const { name } = step
  try {
    await step.run()
    return { name, ok: true, message: done[name](root) }
  } catch (error) {
    const advice = isHeadgateError(error, 'forbidden') ? ` ${allow(name, root, profile)}` : ''
    const left = name === 'delete' ? ` ${probe.location} is left there.` : ''
    return { name, ok: false, message: `${reasonOf(error)}${advice}${left}` }
  }
}

const done = {
  write: (root: string) => `An object was written below ${root}.`,
  read: () => 'It was read, and is what was written.',
  list: () => 'It was found in the list.',
  delete: () => 'It was deleted.',
} as const

function allow(name: ProbeStep['name'], root: string, profile: StorageProfile): string {
  if (profile.type === 'file') return `Let the user that the server runs as read and write ${root}.`
  const action = actions[name]
  return name === 'list'
    ? `Allow ${action} on the bucket ${profile.bucket}, for prefixes below ${root}/.`
    : `Allow ${action} on everything below ${root}/.`
}
