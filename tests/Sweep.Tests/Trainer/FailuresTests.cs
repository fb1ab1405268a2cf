using System.Runtime.InteropServices;
using Sweep.Domain.Trials;
using Sweep.Trainer.Conversation;

namespace Sweep.Tests.Trainer;

public sealed class FailuresTests
{
    [Theory]
    [InlineData("[enforce fail at alloc_cpu.cpp:124] err == 0. DefaultCPUAllocator: can't allocate memory", FailureReason.OutOfMemory)]
    [InlineData("CUDA out of memory. Tried to allocate 56.00 MiB.", FailureReason.OutOfMemory)]
    [InlineData("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`", FailureReason.OutOfMemory)]
    [InlineData("cuDNN error: CUDNN_STATUS_ALLOC_FAILED", FailureReason.OutOfMemory)]
    [InlineData("cuDNN error: CUDNN_STATUS_INTERNAL_ERROR_DEVICE_ALLOCATION_FAILED", FailureReason.OutOfMemory)]
    [InlineData("CUDA error: device-side assert triggered", FailureReason.TrainerError)]
    [InlineData("cuDNN error: CUDNN_STATUS_NOT_SUPPORTED", FailureReason.TrainerError)]
    public void Memory_that_is_missing_is_told_from_other_errors_of_libtorch(string message, FailureReason reason) =>
        Assert.Equal(reason, Failures.Of(new ExternalException(message)).Reason);
}
