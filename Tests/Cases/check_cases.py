"""Runs kernelviz on the inputs that once failed and checks that each does what it should.

    check_cases.py KERNELVIZ SHARED

SHARED/cases/README.md says of each input what happened and what should happen; the checks below are those sentences.
Each stands for a kind: the kinds have tests of their own beside the code that they are about.
"""

import json
import pathlib
import subprocess
import sys
import tempfile

KERNELVIZ = str(pathlib.Path(sys.argv[1]).resolve())
SHARED = pathlib.Path(sys.argv[2]).resolve()
FILES = SHARED / "cases/files"
HOSTILE = SHARED / "cases/hostile"
problems = []
count = 0


def run(*arguments, timeout=120):
    """Exit status, stdout, stderr; a signal is a problem whatever the check says."""
    done = subprocess.run([KERNELVIZ, *map(str, arguments)], capture_output=True, text=True, timeout=timeout)
    if done.returncode < 0 or done.returncode > 125:
        problems.append(f"{arguments}: ended by signal, status {done.returncode}")
    return done.returncode, done.stdout, done.stderr


def classify(name, *options):
    status, out, err = run("classify", FILES / name, "--format", "json", *options)
    return (json.loads(out) if status == 0 else None), err


def case(names):
    """Registers a check of one or more inputs."""
    def register(check):
        for name in names if isinstance(names, list) else [names]:
            global count
            count += 1
            try:
                outcome = check(name)
                if outcome:
                    problems.append(f"{name}: {outcome}")
            except Exception as error:  # a check that cannot be made is a problem too
                problems.append(f"{name}: {type(error).__name__}: {error}")
        return check
    return register


def layers(report):
    return [(layer["kernels"], layer["size"]) for layer in report["layers"]]


def expect(condition, text):
    return None if condition else text


@case(["keras1_theano_order_weights.h5", "keras1_tf_backend_th_order_weights.h5"])
def keras1(name):
    report, err = classify(name)
    found = report and [(l["kernels"], l["size"]) for l in report["layers"]]
    return expect(found == [(48, 3), (512, 5), (96, 3)], f"layers {found}, expected 48, 512, 96 kernels of 3, 5, 3 {err}")


@case(["small_th.h5", "theano.h5"])
def theano(name):
    report, err = classify(name)
    return expect(report and all(size in (3, 5, 7) for _, size in layers(report)), f"{err or layers(report)}")


@case("keras2_theano.h5")
def turned(name):
    turned, _ = classify(name)
    straight, _ = classify("keras2_tf.h5")
    counts = [[l["counts"] for l in r["layers"]] for r in (turned, straight)]
    return expect(counts[0] == counts[1], "other labels than keras2_tf.h5: the kernels were not turned")


@case(["keras_tf213_numbers_0_2_4.keras", "keras_tf215_linux.keras"])
def strides(name):
    report, err = classify(name)
    found = report and [l["stride"] for l in report["layers"]]
    return expect(found == [1, 2, 1, 2, 1], f"strides {found} {err}")


@case(["keras3_subclassed.weights.h5", "keras3_subclassed.keras", "keras3_attribute_layers.weights.h5"])
def subclassed(name):
    report, err = classify(name)
    return expect(report and all(size in (3, 5, 7) for _, size in layers(report)), f"{err or layers(report)}")


@case("st_mbv2_0.35_food101_fft.h5")
def automatic_names(name):
    report, err = classify(name)
    return expect(
        report and report["checkpoint"].get("family") in ("MobileNetV2", None) and len(report["layers"]) == 18, f"{err}")


@case("st_ssd_mobilenet_v1_025_256.h5")
def outside(name):
    report, err = classify(name)
    total = sum(l["kernels"] for l in report["layers"]) if report else 0
    return expect(total == 7088, f"{total} kernels, expected 7088 {err}")


@case("mobilenetv1_other_names.pth")
def renamed(name):
    report, err = classify(name)
    text = json.dumps(report)
    return expect(report and "MobileNetV1" in text and "0.25" in text, f"not taken for MobileNetV1 0.25 {err}")


@case("bn_wrong_partner.h5")
def partner(name):
    report, err = classify(name)
    zeros = {l["name"]: l["counts"]["zero"] for l in report["layers"]}
    return expect(zeros.get("conv2d_1") == 0 and zeros.get("conv2d_2", 0) > 0, f"zero kernels {zeros}")


@case("bn_not_found.safetensors")
def norms(name):
    _, out, err = run("weights", "inspect", FILES / name)
    return expect("folded into the weights, or none" not in out, "says that there is no batch normalisation")


@case(["convtranspose_unet.onnx", "convtranspose_keras.h5"])
def transposed(name):
    report, err = classify(name)
    return expect(report and any(l["role"] == "upsampling" for l in report["layers"]), f"no role of its own {err}")


@case(["rect_1xk_dropped.safetensors", "rect_kx1_only.h5", "large_kernels.safetensors", "patch32.safetensors",
       "conv1d_only.safetensors", "conv3d_only.safetensors"])
def left_out(name):
    status, out, err = run("classify", FILES / name, "--format", "json")
    if status == 0:
        return expect(json.loads(out)["skipped"], "nothing is said to be left out")
    return expect("no N×N convolution" not in err or ":" in err.split("no N×N")[1], f"does not say what there is: {err}")


@case("capsule_not_a_kernel.h5")
def agree(name):
    _, inspected, _ = run("weights", "inspect", FILES / name)
    report, err = classify(name)
    number = f"{len(report['layers'])} N×N layer"
    return expect(number in inspected, f"inspect and classify disagree: {number}")


@case(["torchscript.pt", "torch_whole_model.pt"])
def whole_models(name):
    status, out, err = run("weights", "inspect", FILES / name, "--format", "json")
    if status != 0:
        return expect("TorchScript" in err, err)
    shapes = [t["shape"] for t in json.loads(out)["tensors"]]
    return expect(shapes[:2] == [[16, 3, 3, 3], [16, 16, 3, 3]], f"tensors of {shapes}")


@case(["ema_twice.pth", "ema_prefix.pth"])
def ema(name):
    report, err = classify(name)
    total = sum(l["kernels"] for l in report["layers"]) if report else None
    return expect(total == 816, f"{total} kernels, expected 816 {err}")


@case("o_trsq.onnx")
def behind_transpose(name):
    report, err = classify(name)
    reference, _ = classify("o_trsq_ref.onnx")
    counts = [[(l["counts"], l["stride"]) for l in r["layers"]] for r in (report, reference)]
    return expect(counts[0] == counts[1] and counts[0][0][0]["blur"] == 256 and counts[0][0][1] == 2, f"{counts}")


@case(["o_trdw.onnx", "o_cast.onnx", "o_qdq.onnx", "onnx_weights_in_if.onnx"])
def behind_nodes(name):
    report, err = classify(name)
    return expect(report and report["layers"], f"no layers {err}")


@case(["saved_model.pb", "caffe.caffemodel", "darknet.weights", "zip_with_pth.zip", "no_numbers.jld2"])
def foreign(name):
    words = {"saved_model.pb": "SavedModel", "caffe.caffemodel": "Caffe", "darknet.weights": "Darknet",
             "zip_with_pth.zip": ".pth", "no_numbers.jld2": "JLD2"}
    status, _, err = run("classify", FILES / name)
    return expect(status == 1 and words[name].lower() in err.lower() and "damaged" not in err, err)


@case(["numpy_list.pkl", "numpy_dict.npy"])
def pickled_numpy(name):
    status, out, err = run("weights", "inspect", FILES / name)
    return expect(status == 0 or "NumPy" in err, err)


@case(["latin1.h5", "open.h5"])
def not_damaged(name):
    status, _, err = run("weights", "inspect", FILES / name)
    return expect(status == 0 or ("damaged" not in err and "download it again" not in err), err)


@case(["rand_8_0.safetensors", "rand_8_1.safetensors", "rand_16_0.safetensors", "rand_16_1.safetensors"])
def too_few(name):
    _, out, _ = run("classify", FILES / name)
    return expect("learned, not random" not in out, "random kernels are called learned")


@case("thumbnail-untrained-kernels.h5")
def thumbnail(name):
    report, err = classify(name)
    strides = [l["stride"] for l in report["layers"]]
    return expect(strides[:2] == [1, 1], f"strides {strides[:2]} in stem and stage 1")


@case("labels999.txt")
def labels(name):
    net = SHARED / "weights/mobilenetv1_0.25_224.h5"
    status, _, err = run("eval", net, "--runs", 0, "--labels", FILES / name, "--input", FILES / "exif6.jpg")
    return expect(status == 1 and "999" in err, err)


@case("exif6.jpg")
def exif(name):
    net = SHARED / "weights/mobilenetv1_0.25_224.h5"
    status, out, err = run("eval", net, "--runs", 0, "--input", FILES / name)
    return expect(status == 0 and "EXIF" in out + err, "the turn is not said")


@case("wide_names.safetensors")
def wide(name):
    status, out, err = run("classify", FILES / name)
    return expect(status == 0 and "\u202e" not in out and "\x1b" not in out, f"control characters {err}")


@case("nan_inf.safetensors")
def not_finite(name):
    status, out, err = run("weights", "inspect", FILES / name)
    return expect(status == 0 and "NaN or infinite" in out, err)


@case("one_negative_variance.safetensors")
def negative_variance(name):
    net = HOSTILE / name
    picture = next((SHARED / "images").glob("*.JPEG"))
    status, out, err = run("eval", net, "--input", picture, "--runs", 0, "--format", "json")
    return expect(status == 1 and "nan" not in out.lower() and "variance" in err, err)


@case("strides_crlf.txt")
def crlf(name):
    text = (HOSTILE / name).read_bytes()
    status, _, err = run("classify", FILES / "torch_plain.pth", "--strides", HOSTILE / name)
    return expect("\\r" not in err and "expected a layer and its stride" not in err, f"{err} {text[:40]}")


@case("dup.safetensors")
def duplicate(name):
    status, out, err = run("weights", "inspect", HOSTILE / name)
    return expect(status == 1 or "twice" in out + err, "a key that stands twice is not said")


@case("memo_bomb.pth")
def bomb(name):
    status, _, err = run("weights", "inspect", HOSTILE / name)
    trusted, _, _ = run("--trust", "weights", "inspect", HOSTILE / name)
    return expect(status in (0, 1) and trusted in (0, 1), "overflows the stack")


@case("nested_images")
def nested(name):
    with tempfile.TemporaryDirectory() as folder:
        status, out, err = run(
            "train", "mobilenetv1-0.25", "--data", SHARED / "cases" / name, "--out", f"{folder}/run", "--epochs", 1,
            "--input-size", 32, "--batch", 2, "--warmup", 0, "--test-every", 0)
    return expect("6 images" in err, f"images below subfolders are not read: {err[:300]}")


for problem in problems:
    print(problem, file=sys.stderr)
print(f"cases: {count} inputs, {len(problems)} problems")
sys.exit(1 if problems else 0)
