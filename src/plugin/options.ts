// What a person may say to the plugin of any bundler.

export interface TaskbrainOptions {
  /** The folder that the names of workers mirror, from the project's folder. Default: `src` where it is there, else the project's folder. */
  readonly root?: string
}
