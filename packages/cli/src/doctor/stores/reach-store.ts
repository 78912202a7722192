import { failed, type Diagnosis } from '../finding.ts'
import { formatHost, toHost } from '../http/hosts.ts'
import { resolveName } from '../http/reach-host.ts'
import type { DoctorContext } from '../context.ts'
import { connectHost } from '../layers/connection.ts'
import { unresolved } from '../layers/name.ts'
import { checkTls } from '../layers/tls.ts'
import type { S3Target } from '../s3/s3-target.ts'

/** Checks that this machine can resolve the host name of the store, connect to it, and trust its certificate. */
export async function reachStore(
  context: DoctorContext,
  url: URL,
  { endpointSetting, pathStyle, endpoint }: Pick<S3Target, 'endpointSetting' | 'pathStyle' | 'endpoint'>,
): Promise<readonly Diagnosis[]> {
  const host = toHost(url, 'storage', endpointSetting)
  const { addresses, error } = await resolveName(host.name, context.options.stepMs)
  if (error !== undefined) {
    const isVirtual = endpoint !== undefined && !pathStyle && host.name !== new URL(endpoint).hostname
    if (
      isVirtual &&
      (await resolveName(new URL(endpoint).hostname, context.options.stepMs)).error === undefined
    )
      return [virtualHost(host.name, endpoint)]
    return [unresolved(host, error, 'storage-name')]
  }
  context.fact(`the storage ${formatHost(host)} is ${addresses.map(({ address }) => address).join(', ')}`)
  const refused = await connectHost(host, context.options.stepMs, 'storage-connection')
  if (refused?.status === 'failed') return [refused]
  return [...(refused === null ? [] : [refused]), ...(host.secure ? await checkTls(context, host) : [])]
}

const virtualHost = (name: string, endpoint: string): Diagnosis =>
  failed('storage-path-style', {
    evidence: `The bucket is part of the host name ${name}, which this machine does not resolve. The endpoint ${endpoint} itself resolves.`,
    remedy: 'Let the catalog send s3.path-style-access=true, or set path style in the engine.',
  })
