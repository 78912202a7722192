import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { runMaven } from './maven.ts'
import type { ProcessKeeper } from './process-keeper.ts'

export interface MavenCopy {
  /** Artifacts to copy, each in the form `group:artifact:version[:type[:classifier]]`. */
  readonly artifacts: readonly string[]
  /**
   * POM (`group:artifact:version`) that determines the versions of dependencies. If set, the run-time dependencies are
   * also copied.
   */
  readonly managedBy?: string
  /** Artifact ids of dependencies that are not copied. */
  readonly without?: readonly string[]
  readonly into: string
  /** Path of the POM file that is written, which names the artifacts for Maven. */
  readonly pom: string
  readonly log: string
}

/** Copies artifacts from Maven repositories into a folder, with or without their run-time dependencies. */
export async function copyArtifacts(keeper: ProcessKeeper, copy: MavenCopy): Promise<void> {
  mkdirSync(dirname(copy.pom), { recursive: true })
  writeFileSync(copy.pom, pomText(copy))
  await runMaven(keeper, copy.log, [
    '-f',
    copy.pom,
    'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies',
    '-DincludeScope=runtime',
    `-DoutputDirectory=${copy.into}`,
    ...(copy.without ? [`-DexcludeArtifactIds=${copy.without.join(',')}`] : []),
  ])
}

function pomText(copy: MavenCopy): string {
  const alone =
    '<exclusions><exclusion><groupId>*</groupId><artifactId>*</artifactId></exclusion></exclusions>'
  const dependencies = copy.artifacts.map((text) => {
    const [group = '', artifact = '', version = '', type = 'jar', classifier] = text.split(':')
    return [
      `<dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId>`,
      `<version>${version}</version><type>${type}</type>`,
      classifier ? `<classifier>${classifier}</classifier>` : '',
      copy.managedBy ? '' : alone,
      '</dependency>',
    ].join('')
  })
  return [
    '<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>',
    '<groupId>headgate.engines</groupId><artifactId>copy</artifactId><version>1</version>',
    '<packaging>pom</packaging>',
    copy.managedBy ? managed(copy.managedBy) : '',
    `<dependencies>${dependencies.join('\n')}</dependencies>`,
    '</project>\n',
  ].join('\n')
}

function managed(bom: string): string {
  const [group = '', artifact = '', version = ''] = bom.split(':')
  return [
    '<dependencyManagement><dependencies><dependency>',
    `<groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${version}</version>`,
    '<type>pom</type><scope>import</scope>',
    '</dependency></dependencies></dependencyManagement>',
  ].join('')
}
