namespace Sweep.Domain.Protocol;

/// <summary>What a trainer process reads from its environment, and what whoever starts one must put there.</summary>
public static class TrainerEnvironment
{
    /// <summary><c>cpu</c> (the default), or <c>cuda:0</c> and so on.</summary>
    public const string Device = "SWEEP_DEVICE";

    /// <summary>Threads of libtorch within one trial; 1 by default, at least 1.</summary>
    public const string Threads = "SWEEP_THREADS";

    /// <summary>A folder that holds <c>libtorch_cpu.so</c>, to be used in place of the trainer's own.</summary>
    public const string Libtorch = "SWEEP_LIBTORCH";

    /// <summary>
    /// Settings that the C library reads once, at the start of a process, so that the trainer cannot set them itself.
    /// Huge pages for malloc: the tensors of each step are allocated anew, and faulting them in page by page took up to 40 % of the time; no bit changes.
    /// </summary>
    public static IReadOnlyDictionary<string, string> Variables { get; } = new Dictionary<string, string> { ["GLIBC_TUNABLES"] = "glibc.malloc.hugetlb=1" };

    private static readonly string[] Names = ["PATH", "HOME", "USER", "LANG", "LANGUAGE", "TZ", "TMPDIR", Libtorch];

    /// <summary>The linker's, the user's choices for libtorch and its libraries, and the runtime's.</summary>
    private static readonly string[] Prefixes =
        ["LC_", "LD_", "CUDA_", "NVIDIA_", "CUBLAS_", "CUDNN_", "OMP_", "GOMP_", "KMP_", "MKL_", "OPENBLAS_", "TORCH_", "PYTORCH_", "DOTNET_"];

    /// <summary>
    /// Whether a trainer inherits the silo's variable of this name. No other one: a trainer reads texts and checkpoints of others, and needs nobody's password.
    /// </summary>
    public static bool Inherits(string name) => Names.Contains(name) || Prefixes.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal));
}
