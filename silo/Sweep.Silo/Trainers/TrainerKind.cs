namespace Sweep.Silo.Trainers;

/// <summary>What a trainer process trains.</summary>
public enum TrainerKind
{
    /// <summary>The built-in model.</summary>
    Model,

    /// <summary>A program of a sweep file.</summary>
    Program,
}
