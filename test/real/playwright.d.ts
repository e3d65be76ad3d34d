// The part of playwright-core that is used here, declared by hand, so that the types are checked in a checkout that never
// installed it.

declare module 'playwright-core' {
  export interface Page {
    /** Runs an expression in the page and gives its value. */
    evaluate(expression: string): Promise<unknown>
  }
  interface Browser {
    newPage(): Promise<Page>
    close(): Promise<void>
  }
  export const chromium: { launch(options: { readonly executablePath: string; readonly args: readonly string[] }): Promise<Browser> }
}
