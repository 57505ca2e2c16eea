// Alpine reads every global once; these four are deprecated names that Chromium reports when they are read.
for (const name of ["FencedFrameConfig", "HTMLFencedFrameElement", "Fence", "fence"]) {
  delete window[name];
}
