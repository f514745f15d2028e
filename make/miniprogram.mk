# The mini-program: WeChat's own compilers, its unit tests, and its pages in a browser.
MINI := miniprogram
MINI_STAMP := $(MINI)/node_modules/.stamp

.PHONY: miniprogram miniprogram-check miniprogram-shots

# Install scripts stay off (see .npmrc there); the compilers and esbuild work without them.
$(MINI_STAMP): $(MINI)/package-lock.json $(MINI)/package.json
	@command -v npm >/dev/null 2>&1 || { echo "The mini-program's checks need node 20 and npm."; exit 1; }
	@cd $(MINI) && npm ci --silent
	@touch $@

miniprogram: $(MINI_STAMP) ## bundle the mini-program's two libraries, so that WeChat's developer tools can open it
	@cd $(MINI) && node tools/bundle.mjs

miniprogram-check: setup system miniprogram ## compile, lint and test the mini-program
	@cd $(MINI) && node tools/check.mjs && node --test tests/*.test.cjs
	@$(PY) -m pytest -q tests/miniprogram

miniprogram-shots: setup system miniprogram ## pictures of the mini-program's pages in headless Chromium, for looking at
	@$(PY) -m pytest -q tests/miniprogram/test_rendering.py

# Its tests run with all the others.
test: miniprogram
