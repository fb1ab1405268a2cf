namespace Sweep.Domain.Trials;

/// <summary>The precision of the products of matrices on a GPU. A CPU computes all of them in float32.</summary>
public enum Precision
{
    /// <summary>24 bits for each number.</summary>
    Float32,

    /// <summary>11 bits for each factor and 24 for the sum, on the tensor cores of NVIDIA's GPUs since Ampere.</summary>
    Tf32,
}
