namespace Sweep.Domain.Protocol;

/// <summary>The variables of the environment that a trainer process reads, and those that its starter must set.</summary>
public static class TrainerEnvironment
{
    /// <summary><c>cpu</c> (the default), or <c>cuda:0</c> and so on.</summary>
    public const string Device = "SWEEP_DEVICE";

    /// <summary>Threads of libtorch within one trial; 1 by default, at least 1.</summary>
    public const string Threads = "SWEEP_THREADS";

    /// <summary>A folder that holds <c>libtorch_cpu.so</c>, to be used in place of the trainer's own.</summary>
    public const string Libtorch = "SWEEP_LIBTORCH";

    /// <summary>
    /// Settings that libraries read once, at the start of a process, so that the trainer cannot set them itself. None of them changes a bit
    /// of the results on a CPU.
    /// </summary>
    public static IReadOnlyDictionary<string, string> Variables { get; } = new Dictionary<string, string>
    {
        // Huge pages for malloc: each step allocates its tensors anew, and faulting them in page by page took up to 40 % of the time.
        ["GLIBC_TUNABLES"] = "glibc.malloc.hugetlb=1",
        // Vectors of 16 numbers where the processor has them. The runtime by itself makes them of 8 at the most.
        ["DOTNET_MaxVectorTBitWidth"] = "512",
        // nvidia-smi counts the devices of a machine in this order. CUDA by itself counts the fastest one first.
        ["CUDA_DEVICE_ORDER"] = "PCI_BUS_ID",
        // Without a workspace of fixed size cuBLAS chooses one by what runs beside it, and with it the order of additions.
        ["CUBLAS_WORKSPACE_CONFIG"] = ":4096:8",
    };

    private static readonly string[] Names = ["PATH", "HOME", "USER", "LANG", "LANGUAGE", "TZ", "TMPDIR", Libtorch];

    /// <summary>Variables of the locale, the linker, libtorch and its libraries, and the runtime.</summary>
    private static readonly string[] Prefixes =
    [
        "LC_", "LD_", "CUDA_", "NVIDIA_", "CUBLAS_", "CUDNN_", "OMP_", "GOMP_", "KMP_", "MKL_", "OPENBLAS_", "TORCH_", "PYTORCH_",
        "DOTNET_",
    ];

    /// <summary>
    /// Whether a trainer inherits the silo's variable of this name. All others are kept from it, because it reads texts and checkpoints of
    /// other people and needs no password.
    /// </summary>
    public static bool Inherits(string name) =>
        Names.Contains(name) || Prefixes.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal));
}
