namespace Sweep.Domain.Trials;

/// <summary>Which end of a metric is better.</summary>
public enum Goal { Minimize, Maximize }
