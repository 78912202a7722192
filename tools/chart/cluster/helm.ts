import { demand, Failed } from '../../../conformance/lib/outcome.ts'
import { chartFolder, releaseName } from '../chart.ts'
import type { Tools } from '../install-tools.ts'
import { runProgram } from '../../../conformance/lib/run-program.ts'
import type { ApiServer } from './api-server.ts'

/** Runs Helm commands for the release in one namespace. */
export interface Helm {
  /** Runs a Helm command. Throws if it fails or prints a warning. */
  succeed(command: 'install' | 'upgrade' | 'uninstall', options?: readonly string[]): Promise<void>
  /** Runs a Helm command that must fail, and returns the error message. Throws if it succeeds. */
  refused(command: 'install' | 'upgrade', options?: readonly string[]): Promise<string>
}

/** Creates the object that runs Helm commands for the release in `namespace`. */
export function createHelm({ helm }: Tools, { kubeconfig }: ApiServer, namespace: string): Helm {
  const run = (command: string, options: readonly string[]): ReturnType<typeof runProgram> => {
    const chart = command === 'uninstall' ? [] : [chartFolder]
    const args = [command, releaseName, ...chart, '--namespace', namespace, ...options]
    return runProgram(helm, args, { env: { KUBECONFIG: kubeconfig } })
  }
  return {
    async succeed(command, options = []) {
      const { code, stderr } = await run(command, options)
      if (code !== 0) throw new Failed(`helm ${command} in ${namespace} exited with ${code}: ${stderr}`)
      demand(!/warn/i.test(stderr), `helm ${command} in ${namespace} warns: ${stderr}`)
    },
    async refused(command, options = []) {
      const { code, stderr } = await run(command, options)
      demand(code !== 0, `helm ${command} ${options.join(' ')} in ${namespace} is not refused.`)
      return stderr
    },
  }
}
