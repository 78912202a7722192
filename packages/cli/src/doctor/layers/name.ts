import { failed, type Diagnosis } from '../finding.ts'
import { formatHost, listHosts, type Host } from '../http/hosts.ts'
import { resolveName } from '../http/reach-host.ts'
import { reports } from '../reports.ts'
import type { Layer } from './layer.ts'

/** Layer that resolves the host names of the catalog and its token endpoint. */
export const nameLayer: Layer = {
  name: 'name',
  check: async ({ settings, options, fact }) => {
    const results = await Promise.all(
      listHosts(settings).map(async (host): Promise<Diagnosis | null> => {
        const { addresses, error } = await resolveName(host.name, options.stepMs)
        if (error !== undefined) return unresolved(host, error)
        fact(`${host.name} is ${addresses.map(({ address }) => address).join(', ')}`)
        return null
      }),
    )
    return results.flatMap((result) => result ?? [])
  },
}

/** Returns the diagnosis for a host name that this machine does not resolve. */
export function unresolved(host: Host, code: string, id = 'name-unresolved'): Diagnosis {
  const evidence = `This machine does not resolve ${host.name}, the host of the ${host.role} (${code}).`
  const isSilent = code === 'EAI_AGAIN' || code === 'ETIMEDOUT'
  const server = isSilent
    ? ' The name server did not respond: check /etc/resolv.conf and the network too.'
    : ''
  if (isInsideName(host.name)) {
    return failed(id, {
      evidence,
      remedy: `${host.name} is a name inside a container network or cluster. Set ${host.setting} to a name that this machine resolves, or run the engine and this command inside.${server}`,
      report: host.name.includes('.') ? reports.insideName : reports.containerName,
    })
  }
  return failed(id, {
    evidence,
    remedy: `Check the spelling of ${host.setting} (${formatHost(host)}), and whether this machine uses the name server that knows the name.${server}`,
  })
}

/** Returns whether a host name usually resolves only inside a container network or a cluster. */
function isInsideName(name: string): boolean {
  return !name.includes('.') || /\.(local|internal|svc|docker)$/i.test(name)
}
