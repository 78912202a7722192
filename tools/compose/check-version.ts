/**
 * Checks that a local program has the same version as the container image that it replaces.
 *
 * @throws Error when the version differs from the tag of the image
 */
export function checkVersion(image: string, version: string | undefined): void {
  const tag = image.slice(image.lastIndexOf(':') + 1)
  if (tag !== version)
    throw new Error(
      `The compose file has the image ${image}, and this check runs version ${version}. Make them equal.`,
    )
}
