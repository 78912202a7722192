import { installGoProgram, type GoProgram } from '../../conformance/lib/go-program.ts'
import type { ProcessKeeper } from '../../conformance/lib/process-keeper.ts'
import { installCustomResources } from './custom-resources.ts'
import { type Say, toolFolder } from './tool-folder.ts'

/** Paths of the programs that the checks of the chart use. */
export interface Tools {
  readonly helm: string
  readonly kubectlValidate: string
  readonly promtool: string
  /** Folder with the definitions of the custom resources. */
  readonly customResources: string
}

const programs = {
  helm: { name: 'helm', path: 'helm.sh/helm/v4/cmd/helm', version: 'v4.3.1' },
  kubectlValidate: { name: 'kubectl-validate', path: 'sigs.k8s.io/kubectl-validate', version: 'v0.0.4' },
  promtool: { name: 'promtool', path: 'github.com/prometheus/prometheus/cmd/promtool', version: 'v0.316.0' },
} as const

/** Returns the programs that the checks of the chart use. First builds those that are missing in the cache folder. */
export async function installTools(keeper: ProcessKeeper, say: Say): Promise<Tools> {
  const install = (program: GoProgram): Promise<string> =>
    installGoProgram(keeper, toolFolder(program.name), program, say)
  return {
    helm: await install(programs.helm),
    kubectlValidate: await install(programs.kubectlValidate),
    promtool: await install(programs.promtool),
    customResources: await installCustomResources(say),
  }
}
